/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Sockets that are neither opened nor answered by the hooks of network.h: accepted, raw, filtered, local. */

#define AF_UNIX 1
#define AF_PACKET 17
#define SOCK_RAW 3
#define SOCK_PACKET 10
#define SOCK_TYPE_MASK 0xf
#define SOL_SOCKET 1
#define SO_ATTACH_FILTER 26
#define SO_ATTACH_BPF 50

static __always_inline struct sock *sock_of(__u32 fd)
{
	struct file *file = file_of(fd);
	struct socket *socket;

	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

static __always_inline int send_socket(struct sock *sk, __u8 phase, __u8 protocol)
{
	struct bz_connect record = {};

	fill_actor(&record.header, bpf_get_current_task_btf());
	record.cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	record.phase = phase;
	record.protocol = protocol;
	fill_addresses(&record, sk);
	send_connect(&record);
	return 0;
}

/* For sys_exit of accept and accept4. */
SEC("tracepoint")
int bz_accept(struct syscall_exit *context)
{
	struct sock *sk;
	__u16 family;

	if (context->ret < 0 || is_own())
		return 0;
	sk = sock_of(context->ret);
	if (!sk)
		return 0;
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return 0;
	return send_socket(sk, BZ_PHASE_ACCEPTED, IPPROTO_TCP);
}

/* For sys_exit_bind: a UDP port that was asked for by number takes datagrams from now on. */
SEC("tracepoint")
int bz_bind(struct syscall_exit *context)
{
	struct sock *sk;
	__u16 family, wanted = 0;

	if (context->ret != 0 || is_own())
		return 0;
	sk = sock_of(argument(0));
	if (!sk)
		return 0;
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if ((family != AF_INET && family != AF_INET6) || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_UDP)
		return 0;
	bpf_probe_read_user(&wanted, sizeof(wanted), (void *)(argument(1) + 2));
	return wanted ? send_socket(sk, BZ_PHASE_LISTEN, IPPROTO_UDP) : 0;
}

/* For sys_exit_connect: sockets in the file system whose owners do much for whoever asks. */
SEC("tracepoint")
int bz_unix_connect(struct syscall_exit *context)
{
	struct unix_sock *peer;
	struct dentry *dentry;
	struct sock *sk;

	if (context->ret != 0)
		return 0;
	sk = sock_of(argument(0));
	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_family) != AF_UNIX)
		return 0;
	peer = (void *)BPF_CORE_READ((struct unix_sock *)sk, peer);
	dentry = peer ? BPF_CORE_READ(peer, path.dentry) : NULL;
	if (!dentry || noted(dentry) != NAME_SOCKET || is_own())
		return 0;
	if (is_said(BZ_OP_UNIX_CONNECT, (__u64)dentry, SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_path_operation(BZ_OP_UNIX_CONNECT, dentry, BPF_CORE_READ(peer, path.mnt), 0, 0, 0,
				   0);
}

/* For sys_exit_socket. */
SEC("tracepoint")
int bz_socket(struct syscall_exit *context)
{
	unsigned long family = argument(0), type = argument(1) & SOCK_TYPE_MASK;

	if (family != AF_PACKET && (type != SOCK_RAW || (family != AF_INET && family != AF_INET6)))
		return 0;
	if (context->ret < 0 || is_own())
		return 0;
	return send_bare(BZ_OP_RAW_SOCKET, family, type, argument(2), 0);
}

/* For sys_exit_setsockopt. */
SEC("tracepoint")
int bz_setsockopt(struct syscall_exit *context)
{
	unsigned long option = argument(2);

	if ((option != SO_ATTACH_FILTER && option != SO_ATTACH_BPF) || argument(1) != SOL_SOCKET)
		return 0;
	if (context->ret != 0 || is_own())
		return 0;
	if (is_said(BZ_OP_SOCKET_FILTER, option, SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_bare(BZ_OP_SOCKET_FILTER, option, 0, 0, 0);
}
