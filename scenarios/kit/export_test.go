package kit

// Follows is what the tests look at of MeasureLike.
var Follows = follows
