"""The web application: people, permissions, pages and jobs around the core, which it enters by its front door alone."""
