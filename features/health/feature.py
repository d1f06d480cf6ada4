from kernel import Feature

feature = Feature(title="Health", prefix="/health")
