package world

import (
	"encoding/json"
	"fmt"

	"github.com/cablepull/cablepull/node/database"
	"github.com/cablepull/cablepull/node/database/engine"
	"github.com/cablepull/cablepull/sim/topology"
)

// databaseKey is the key of the program whose data are on the disk.
const databaseKey = "database"

// openDatabase makes the store of the node's database, unless an earlier boot
// has left it: in this process, or on the disk of the machine's processes.
func (n *Node) openDatabase(cfg topology.Database) error {
	if n.database != nil {
		return nil
	}
	n.database = database.NewStore(cfg)
	if n.disk == nil {
		return nil
	}
	entries, err := n.disk.Read(databaseKey)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		var c engine.Change
		if err := json.Unmarshal(entry, &c); err != nil {
			return fmt.Errorf("world: %s: disk: %w", n.name, err)
		}
		n.database.Redo(c)
	}
	n.database.OnChange = func(c engine.Change) {
		entry, err := json.Marshal(c)
		if err == nil {
			err = n.disk.Write(databaseKey, entry)
		}
		n.must(err)
	}
	return nil
}
