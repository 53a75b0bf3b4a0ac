"""Running cases moved to another policy: planned first, then one by one."""
