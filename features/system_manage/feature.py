from kernel import Feature

feature = Feature(title="System management", prefix="/system-manage", own_database=False)
