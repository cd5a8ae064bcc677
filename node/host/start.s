// Intentionally empty: start.go declares a function without a body.
