package apim

// Setup writes what a database has before the first start: users and the APIs
// that have been published. It writes to one that is empty, and to no other.
func Setup(t Transaction, users, apis []string) error {
	if _, done, err := t.Lock(tableUsers, allKeys); err != nil || done {
		return err
	}
	for _, user := range users {
		if err := addUser(t, user); err != nil {
			return err
		}
	}
	for _, api := range apis {
		if err := t.Put(tableAPIs, api, api); err != nil {
			return err
		}
		if err := add(t, tableAPIs, allKeys, api); err != nil {
			return err
		}
	}
	return nil
}
