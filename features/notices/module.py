from kernel import Module

module = Module(title="Notices", prefix="/notices")
