"""Stand-ins for Alipay and QQ, for the demo and the tests; never imported in production."""
