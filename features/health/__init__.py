"""Is the process alive, and can it serve? For load balancers and for whoever is called at night."""
