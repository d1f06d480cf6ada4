from kernel import Module

module = Module(title="System management", prefix="/system-manage")
