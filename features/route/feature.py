from kernel import Feature

feature = Feature(title="Front-end routes", prefix="/route")
