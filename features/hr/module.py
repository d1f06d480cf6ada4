from kernel import Module

module = Module(title="Human resources", prefix="/business/hr")
