#!/usr/bin/python3 -I
# A daemon that does nothing but live. With a file as its argument it writes the time there, several times a second.
import sys, time

while True:
    if len(sys.argv) > 1:
        with open(sys.argv[1], "w") as file:
            file.write("%.3f\n" % time.time())
    time.sleep(0.3)
