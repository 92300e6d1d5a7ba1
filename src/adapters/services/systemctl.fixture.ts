/**
 * Answers of `systemctl show`, in the shape that systemd 249 to 257 prints (systemctl(1); captures of timers in public
 * bug reports: one `TimersMonotonic` line for each time, whose `next_elapse` counts from boot).
 */

export const UNIT = `Id=hermes.service
LoadState=loaded
ActiveState=active
SubState=running
MainPID=812
ControlGroup=/system.slice/hermes.service
NRestarts=2
InvocationID=0f5a9c1e2b3d4f60718293a4b5c6d7e8
Restart=on-failure
RestartUSec=5s
RestartMaxDelayUSec=infinity
KillMode=control-group
UnitFileState=enabled
TriggeredBy=hermes.timer
`;

export const MISSING = `Id=hermes.service
LoadState=not-found
ActiveState=inactive
SubState=dead
MainPID=0
ControlGroup=
NRestarts=0
InvocationID=
Restart=no
RestartUSec=100ms
RestartMaxDelayUSec=infinity
KillMode=control-group
UnitFileState=
TriggeredBy=
`;

export const TIMER = `Id=hermes.timer
ActiveState=active
SubState=waiting
TimersMonotonic={ OnUnitActiveUSec=2h ; next_elapse=58min 31.975369s }
TimersMonotonic={ OnBootUSec=2min ; next_elapse=0 }
TimersCalendar=
AccuracyUSec=1s
RandomizedDelayUSec=0
`;

export const SOCKET = `Id=hermes.socket
ActiveState=active
SubState=listening
`;
