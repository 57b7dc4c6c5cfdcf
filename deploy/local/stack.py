"""Entry of the local stack. Run by ./mercat with Debian's own Python, where supervisor and aiosmtpd live."""

import sys

from mercat_local.commands import main

sys.exit(main(sys.argv[1:]))
