"""What surrounds the slices in HTTP: the middleware, the handlers of exceptions, the health of the process."""
