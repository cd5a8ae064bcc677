package apim

// Embedded is the database that is part of an instance, as H2 is: a file of the
// machine, which survives its crash and is no other machine's. The zero value
// is empty.
type Embedded struct {
	// OnChange is called for each value that a commit has changed. May be nil.
	OnChange func(table, key, value string)

	values map[entryKey]string
}

type entryKey struct{ table, key string }

// Do runs f in a transaction, and commits it unless f fails. Others may run
// while f waits; of two that write one value, the one that commits later wins.
func (e *Embedded) Do(f func(Transaction) error) error {
	t := &embeddedTransaction{of: e}
	if err := f(t); err != nil {
		return err
	}
	for _, w := range t.writes {
		e.Set(w.table, w.key, w.on(e.values[w.entryKey]))
		if e.OnChange != nil {
			e.OnChange(w.table, w.key, e.values[w.entryKey])
		}
	}
	return nil
}

// Set sets a value outside of any transaction, as it was found on a disk.
func (e *Embedded) Set(table, key, value string) {
	if e.values == nil {
		e.values = map[entryKey]string{}
	}
	e.values[entryKey{table, key}] = value
}

// embeddedTransaction is a transaction with what it has written so far.
type embeddedTransaction struct {
	of     *Embedded
	writes []write
}

// write is one value that a transaction writes or appends to.
type write struct {
	entryKey
	text    string
	appends bool
}

// on returns the value after the write.
func (w write) on(before string) string {
	if w.appends && before != "" {
		return before + " " + w.text
	}
	return w.text
}

// Get implements Transaction.
func (t *embeddedTransaction) Get(table, key string) (string, bool, error) {
	of := entryKey{table, key}
	value, found := t.of.values[of]
	for _, w := range t.writes {
		if w.entryKey == of {
			value, found = w.on(value), true
		}
	}
	return value, found, nil
}

// Lock implements Transaction. Nobody waits: see Do.
func (t *embeddedTransaction) Lock(table, key string) (string, bool, error) { return t.Get(table, key) }

// Put implements Transaction.
func (t *embeddedTransaction) Put(table, key, value string) error {
	t.writes = append(t.writes, write{entryKey{table, key}, value, false})
	return nil
}

// Append implements Transaction.
func (t *embeddedTransaction) Append(table, key, word string) error {
	t.writes = append(t.writes, write{entryKey{table, key}, word, true})
	return nil
}
