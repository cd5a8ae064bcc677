package selfbalance

// Count is how many connections of a service a member has, by the states of
// spec/failover.md §5.4: those whose State is active, and the others.
type Count struct{ Active, Inactive int32 }
