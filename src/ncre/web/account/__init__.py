"""The pages of an account: sign-in, sign-up, second factor, personal details."""
