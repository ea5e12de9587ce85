"""Read models of orders, payments and refunds."""
