"""A letting agency: properties, tenants, leases and maintenance."""
