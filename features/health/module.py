from kernel import Module

module = Module(title="Health", prefix="/health")
