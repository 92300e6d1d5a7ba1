/**
 * Answers of `launchctl print`, in the shape that public captures from macOS 13 to 26 show (a bug report's
 * crash loop, agents on an interval, on a calendar, with a conditional KeepAlive); labels and paths are made up.
 */

const TAIL = `
	spawn type = daemon (3)
	jetsam priority = 40
	jetsam memory limit (active) = (unlimited)
	jetsam memory limit (inactive) = (unlimited)
	jetsamproperties category = daemon
	jetsam thread limit = 32
	cpumon = default
`;

const head = (state: string): string => `system/com.invictus.hermes = {
	active count = 1
	path = /Library/LaunchDaemons/com.invictus.hermes.plist
	type = LaunchDaemon
	state = ${state}

	program = /opt/invictus/bin/hermes
	arguments = {
		/opt/invictus/bin/hermes
		--note
		pid = 666
		}
	}

	default environment = {
		PATH => /usr/bin:/bin:/usr/sbin:/sbin
	}

	environment = {
		OSLogRateLimit => 64
		XPC_SERVICE_NAME => com.invictus.hermes
	}

	domain = system
	minimum runtime = 10
	exit timeout = 5
`;

const coalition = `
	resource coalition = {
		ID = 4782
		type = resource
		state = active
		active count = 1
		name = com.invictus.hermes
	}
`;

export const RUNNING = `${head('running')}	runs = 3
	pid = 10526
	immediate reason = semaphore
	forks = 1
	execs = 1
	last exit code = 143

	semaphores = {
		successful exit => 0
	}
${coalition}${TAIL}
	properties = runatload | inferred program
}
`;

export const STOPPED = `${head('not running')}	runs = 3
	last exit code = 0

	semaphores = {
		successful exit => 0
	}
${coalition}${TAIL}
	properties = runatload | inferred program
}
`;

export const CRASH_LOOP = `${head('spawn scheduled')}	runs = 199773
	last terminating signal = Killed: 9
${TAIL}
	properties = keepalive | runatload | inferred program | managed LWCR | has LWCR
}
`;

export const INTERVAL = `${head('not running')}	runs = 2
	last exit code = 0
${TAIL}	run interval = 60 seconds

	properties = runatload | inferred program
}
`;

export const CALENDAR = `${head('not running')}	runs = 4
	last exit code = 0

	event triggers = {
		com.invictus.hermes.268435470 => {
			keepalive = 0
			service = com.invictus.hermes
			stream = com.apple.launchd.calendarinterval
			monitor = com.apple.UserEventAgent-Aqua
			descriptor = {
				"Minute" => 0
				"Hour" => 2
			}
		}
	}

	event channels = {
		"com.apple.launchd.calendarinterval" = {
			port = 0x92a03
			active = 0
		}
	}
${TAIL}
	properties = runatload | inferred program
}
`;

export const PENDED = STOPPED.replace('\tspawn type', '\tpended nondemand spawn = inefficient\n\tspawn type');

/** As the lab's own launchctl prints it. */
export const LAB = `com.invictus.hermes = {
	state = running
	program = /usr/bin/node /tmp/lab/opt/invictus/bin/hermes
	keepalive = unless successful exit
	minimum runtime = 0.25
	runs = 1
	pid = 4711
	last exit code = (never exited)
}
`;

export const EVERY = [RUNNING, STOPPED, CRASH_LOOP, INTERVAL, CALENDAR, PENDED, LAB];
