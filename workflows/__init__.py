"""What must survive a restart: one module per kind of durable thing; no rule, no computed date."""
