"""The application behind the measured pages: homes to let, a blog, a ledger."""
