"""`mercat admin`: who is staff. The service customer does it; here is only how it is asked."""

from . import services

ACTIONS = {
    "grant": lambda email: ["grant-role", email, "admin"],
    "revoke": lambda email: ["grant-role", email, "user"],
    "list": lambda _: ["list-staff"],
}


def add_to(parser):
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ACTIONS:
        action = actions.add_parser(name, allow_abbrev=False)
        action.set_defaults(email=None)
        if name != "list":
            action.add_argument("email", metavar="e-mail")


def run(instance, options):
    services.run_live(instance, "customer", ACTIONS[options.action](options.email))
