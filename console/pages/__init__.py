"""Pages that can be sent: templates and charts."""
