/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Questions about names and their answers over UDP, copied from the packets themselves: whatever call sent
 * them, and nothing the process could change afterwards. Which process asks is known from its connect or
 * send, so a name server's own traffic with its clients is not told, but what it asks others is.
 */

#define DNS_PORT 53
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define UDP_HEADER 8
#define IPV6_HEADER 40

struct asker {
	struct bz_header header;
};

/* Sockets that were pointed at a name server, by cookie. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct asker);
} askers SEC(".maps");

static __always_inline void note_asker(__u64 cookie, const struct bz_header *header)
{
	struct asker asker;

	__builtin_memcpy(&asker.header, header, sizeof(asker.header));
	bpf_map_update_elem(&askers, &cookie, &asker, BPF_ANY);
}

static __always_inline int on_message(struct __sk_buff *skb, __u32 at, __u8 family, __u16 port,
				      bool response)
{
	__u64 cookie = bpf_get_socket_cookie(skb);
	struct asker *asker = bpf_map_lookup_elem(&askers, &cookie);
	__u32 total = skb->len - at - UDP_HEADER, length = total;
	struct bz_dns *record;

	if (!asker || skb->len <= at + UDP_HEADER)
		return 1;
	record = bpf_ringbuf_reserve(&bulk, sizeof(*record), 0);
	if (!record) {
		next_sequence(RING_BULK);
		count(BZ_DNS, false, 0);
		return 1;
	}
	if (length > BZ_DNS_MAX)
		length = BZ_DNS_MAX;
	__builtin_memcpy(&record->header, &asker->header, sizeof(record->header));
	stamp(&record->header, BZ_DNS, sizeof(*record), RING_BULK);
	record->header.flags = response ? BZ_F_RESPONSE : 0;
	record->cookie = cookie;
	record->server_port = port;
	record->family = family;
	record->reserved = 0;
	record->total = total;
	__builtin_memset(record->server_address, 0, sizeof(record->server_address));
	if (family == 4)
		bpf_skb_load_bytes(skb, response ? 12 : 16, record->server_address, 4);
	else
		bpf_skb_load_bytes(skb, response ? 8 : 24, record->server_address, 16);
	length = masked(length - 1, BZ_DNS_MAX - 1) + 1;
	if (bpf_skb_load_bytes(skb, at + UDP_HEADER, record->payload, length))
		length = 0;
	record->length = length;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	count(BZ_DNS, true, sizeof(*record));
	return 1;
}

/* One look at the fixed part of the headers decides for all other packets. */
static __always_inline int on_packet(struct __sk_buff *skb, bool response)
{
	__u16 port = 0;
	__u8 head[10];
	__u32 at;

	if (bpf_skb_load_bytes(skb, 0, head, sizeof(head)))
		return 1;
	if (head[0] >> 4 == 4) {
		if (head[9] != IPPROTO_UDP)
			return 1;
		at = (head[0] & 0xf) * 4;
	} else {
		if (head[6] != IPPROTO_UDP)
			return 1;
		at = IPV6_HEADER;
	}
	if (bpf_skb_load_bytes(skb, at + (response ? 0 : 2), &port, sizeof(port)))
		return 1;
	if (port != bpf_htons(DNS_PORT))
		return 1;
	return on_message(skb, at, head[0] >> 4, DNS_PORT, response);
}

SEC("cgroup_skb/egress")
int bz_dns_question(struct __sk_buff *skb)
{
	return on_packet(skb, false);
}

SEC("cgroup_skb/ingress")
int bz_dns_answer(struct __sk_buff *skb)
{
	return on_packet(skb, true);
}
