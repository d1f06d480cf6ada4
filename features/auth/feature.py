from kernel import Feature

feature = Feature(title="Authentication", prefix="/auth")
