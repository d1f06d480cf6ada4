from kernel import Module

module = Module(title="Front-end routes", prefix="/route")
