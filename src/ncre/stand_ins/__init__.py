"""Stand-ins for Alipay and QQ, for the demo and the tests; never imported in production."""


class NotInProduction(Exception):
    """A stand-in was to be started where real money is taken, or where anybody could sign in as anybody."""
