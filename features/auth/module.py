from kernel import Module

module = Module(title="Authentication", prefix="/auth")
