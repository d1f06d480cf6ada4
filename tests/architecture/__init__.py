"""The rules of the project. Each is a function that returns what breaks it, in sentences; the tests run it on this tree, where
nothing may break it, and on a planted one, to show that it sees what it should see."""
