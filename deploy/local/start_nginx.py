"""Becomes an nginx master. Workers of a master that was killed go on listening, so they are ended first.

supervisord starts it again, too, with whatever is written by then: what was known to be loaded is known no more.
"""

import os
import pathlib
import sys

from mercat_local import processes

home, configuration, error_log = sys.argv[1:]
leftover = [pid for pid in processes.nginx_in(home) if pid != os.getpid()]
if leftover:
    print(f"ending workers of an nginx master that is gone: {leftover}", flush=True)
    processes.end(leftover, 2)
pathlib.Path(home, "loaded").unlink(missing_ok=True)
os.execv("/usr/sbin/nginx", ["nginx", "-p", home, "-c", configuration, "-e", error_log, "-g", "daemon off;"])
