/**
 * Answers of `supervisorctl status`, by supervisor 4.2.5 of Debian 12, from a supervisord that ran these programs; names are made up,
 * pids are as they were. The configuration is the one that it ran with, as the script of the probe cuts it down.
 */

export const STATUS = `exited                           EXITED    Nov 25 10:13 PM
fatal                            FATAL     Exited too quickly (process log may have details)
hermes                           RUNNING   pid 13680, uptime 0:00:05
loops                            BACKOFF   Exited too quickly (process log may have details)
missing                          FATAL     can't find command '/nonexistent'
shiva                            STOPPED   Not started
slow                             STARTING  
traders:alpha                    RUNNING   pid 13684, uptime 0:00:05
traders:beta                     RUNNING   pid 13685, uptime 0:00:05
workers:workers_00               RUNNING   pid 13686, uptime 0:00:05
workers:workers_01               RUNNING   pid 13687, uptime 0:00:05
`;

export const STOPPED = `hermes                           STOPPED   Nov 25 10:14 PM
`;

/** Of a supervisord that was just shutting down, and of a socket that nobody serves. Both end with a code above 0. */
export const SHUTTING_DOWN =
  "error: <class 'xmlrpc.client.Fault'>, <Fault 6: 'SHUTDOWN_STATE'>: file: /usr/lib/python3.11/xmlrpc/client.py line: 668\n";
export const NOBODY = 'unix:///run/supervisor.sock no such file\n';

export const CONFIG = `[program:hermes]
autorestart=true
[program:shiva]
autostart=false
stopasgroup = true ; the whole group
[program:loops]
startretries=20
[program:fatal]
startretries=0
[program:exited]
[program:missing]
startretries=1
[program:slow]
startsecs=100
[program:workers]
numprocs=2
[group:traders]
programs=alpha,beta
[program:alpha]
autorestart=false
[program:beta]
stopasgroup=%(ENV_AS_GROUP)s
`;
