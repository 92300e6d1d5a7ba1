#!/usr/bin/python3 -I
# A small broker as somebody might have written it: one HTTP API, its state in SQLite, an audit log. It believes what its stop
# commands return. Its one argument is a JSON file: {listen, port, token, db, stops: [{service, host, run}], starts: [[word, ...]]}.
import json, shlex, sqlite3, subprocess, sys, threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

with open(sys.argv[1]) as file:
    CONFIG = json.load(file)
LOCK = threading.Lock()
DB = sqlite3.connect(CONFIG["db"], check_same_thread=False, isolation_level=None)
DB.execute("pragma journal_mode = wal")
DB.executescript("""
create table if not exists halt_state (level integer, incident text, reason text, revision integer);
create table if not exists incidents (id text primary key, level integer, reason text, opened_at text, resolved_at text);
create table if not exists audit (seq integer primary key, at text, actor text, action text, subject text, host text, outcome text);
insert into halt_state select 0, null, null, 0 where not exists (select 1 from halt_state);
""")


def now():
    return datetime.now(timezone.utc).isoformat()


def log(action, subject, host, outcome):
    DB.execute("insert into audit (at, actor, action, subject, host, outcome) values (?, 'operator', ?, ?, ?, ?)",
               (now(), action, subject, host, outcome))


def state():
    level, incident, reason, revision = DB.execute("select * from halt_state").fetchone()
    return {"level": level, "incident": incident and {"id": incident, "reason": reason}, "revision": revision}


def run(words):
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=20).returncode


def halt(body):
    revision = state()["revision"] + 1
    incident = "inc-%d" % revision
    DB.execute("begin")
    DB.execute("update halt_state set level = ?, incident = ?, reason = ?, revision = ?",
               (body["level"], incident, body["reason"], revision))
    DB.execute("insert into incidents values (?, ?, ?, ?, null)", (incident, body["level"], body["reason"], now()))
    log("halt", "fleet", None, "level %d" % body["level"])
    DB.execute("commit")
    stops = []

    def stop(one):
        try:
            outcome = "stopped" if run(one["run"]) == 0 else "failed"
        except subprocess.TimeoutExpired:
            outcome = "failed"
        stops.append({"service": one["service"], "host": one["host"], "outcome": outcome})

    threads = [threading.Thread(target=stop, args=(one,)) for one in CONFIG["stops"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stops:
        log("stop", one["service"], one["host"], one["outcome"])
    return 200, {**state(), "stops": stops, "recorded": True}


def resume(body):
    current = state()
    if current["incident"] is None or current["incident"]["id"] != body["incident"] or current["revision"] != body["revision"]:
        log("refuse", "fleet", None, "refused")
        return 409, {"error": "that is not the halt that stands"}
    for words in CONFIG["starts"]:
        run(words)
    DB.execute("begin")
    DB.execute("update halt_state set level = 0, incident = null, reason = null, revision = revision + 1")
    DB.execute("update incidents set resolved_at = ? where id = ?", (now(), body["incident"]))
    log("resume", "fleet", None, "done")
    DB.execute("commit")
    return 200, state()


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_one(self):
        if self.headers.get("Authorization") != "Bearer " + CONFIG["token"]:
            with LOCK:
                log("refuse", "fleet", None, "refused")
            return 401, {"error": "who are you?"}
        if (self.command, self.path) == ("GET", "/status"):
            with LOCK:
                return 200, state()
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        act = {("POST", "/halt"): halt, ("POST", "/resume"): resume}.get((self.command, self.path))
        if act is None:
            return 404, {"error": "no such path"}
        with LOCK:
            return act(body)

    def do_GET(self):
        self.answer(*self.handle_one())

    do_POST = do_GET

    def log_message(self, *_):
        pass


ThreadingHTTPServer((CONFIG["listen"], CONFIG["port"]), Handler).serve_forever()
