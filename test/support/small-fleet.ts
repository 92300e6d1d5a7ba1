/** A small live fleet as text, for tests of what is decided before any host is reached. Keys may be added at its end. */
export function liveInventoryText(): string {
  return `fleet: small
hosts:
  knox: { transport: local, manager: launchd }
  tesseract: { transport: ssh, address: 192.0.2.7, user: ops, ssh-config: none, manager: systemd }
services:
  principal: { host: knox, label: com.example.principal, match: { exe: /opt/bin/principal } }
  hermes: { host: tesseract, label: hermes.service, match: { exe: /opt/bin/hermes } }
broker:
  service: principal
  api: http://127.0.0.1:8700
  auth: { bearer: a-token-of-some-length }
  halt: { request: POST /v1/halt, body: { level: $level, reason: $reason } }
  resume: { request: POST /v1/resume, body: { incident: $incident } }
  manual-resume: [{ host: knox, run: [wake, $incident] }]
  status: { request: GET /v1/status, pick: { level: /level, incident: /incident/id } }
  state: { sqlite: state.db, query: select level from halt_state }
`;
}

/** A drill of that fleet as text. */
export function drillText(level: number, more = ''): string {
  return `name: level-${level}
title: Halt it
level: ${level}
within: 5s
hold: 6s
stops: [hermes]
keeps: [principal]
${level === 1 ? 'asset: DOGE-USD\n' : ''}${more}`;
}
