#!/usr/bin/python3 -I
# A daemon that does nothing but live. With a file as its argument it writes the time there, several times a second. With
# HELPER in its environment it first starts a child, which it never looks after.
import os, subprocess, sys, time

if "HELPER" in os.environ:
    subprocess.Popen(["sleep", "3600"])

while True:
    if len(sys.argv) > 1:
        with open(sys.argv[1], "w") as file:
            file.write("%.3f\n" % time.time())
    time.sleep(0.3)
