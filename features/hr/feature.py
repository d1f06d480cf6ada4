from kernel import Feature

feature = Feature(title="Human resources", prefix="/business/hr")
