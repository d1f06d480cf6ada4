from kernel import Feature

feature = Feature(title="Notices", prefix="/notices")
