package text

import "github.com/cablepull/cablepull/sim/event"

// describeCluster is about members of clusters. What they do as long as all is
// well, such as to send messages, is left to the measures.
func describeCluster(body event.Body) (note, bool) {
	switch b := body.(type) {
	case event.ClusterStateChanged:
		cluster := clusterOf(b.Instance)
		switch b.State {
		case "joined":
			return say(good, "%sjoined, members %s", cluster, b.Members), true
		case "merging":
			return say(warn, "%sleaves its cluster and joins that of %s", cluster, b.Reason), true
		case "stopped":
			return say(bad, "%sstopped: %s", cluster, b.Reason), true
		}
		return say(plain, "%slooks for members", cluster), true
	case event.ClusterMemberChanged:
		if b.State == "added" {
			return say(good, "%s%s is a member", clusterOf(b.Instance), b.Member), true
		}
		return say(warn, "%s%s is removed: %s; members %s", clusterOf(b.Instance), b.Member, b.Reason, orNobody(b.Members)), true
	case event.ClusterCoordinatorChanged:
		if b.Coordinator {
			return say(good, "%sis the coordinator", clusterOf(b.Instance)), true
		}
		return say(plain, "%sis the coordinator no more", clusterOf(b.Instance)), true
	case event.ClusterMessagesMissed:
		return say(bad, "%smissed %d messages of %s, from %s on", clusterOf(b.Instance), b.Count, b.From, b.First), true
	}
	return note{}, false
}

// clusterOf begins what is said of a member of a cluster.
func clusterOf(instance string) string {
	if instance == "" {
		return "cluster: "
	}
	return "cluster " + instance + ": "
}

func orNobody(members string) string {
	if members == "" {
		return "nobody"
	}
	return members
}
