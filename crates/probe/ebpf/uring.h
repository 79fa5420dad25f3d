/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a process asks for through io_uring, where no system call names it. An opened file is judged when
 * the request is done, like any other; names are told when they are asked for, since the kernel forgets
 * them before the outcome. Connections are seen by the hooks of network.h.
 */

#define IORING_OP_ACCEPT 13
#define IORING_OP_CONNECT 16
#define IORING_OP_OPENAT 18
#define IORING_OP_OPENAT2 28
#define IORING_OP_RENAMEAT 35
#define IORING_OP_UNLINKAT 36
#define IORING_OP_SYMLINKAT 38
#define IORING_OP_LINKAT 39
#define IORING_OP_SETXATTR 42
#define IORING_OP_SOCKET 45
#define IORING_OP_URING_CMD 46
#define IORING_OP_BIND 56
#define IORING_OP_LISTEN 57

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u8);
} uring_opens SEC(".maps");

static __always_inline int on_uring_open(struct io_open *open)
{
	struct names names = { .kind = BZ_FILE_NAMED, .code = BZ_NAMED_OPEN, .flags = BZ_F_IO_URING,
			       .in_kernel = true };
	__u64 request = (__u64)open;
	__u8 yes = 1;

	/* A file that gets no descriptor cannot be looked at afterwards. */
	if (BPF_CORE_READ(open, file_slot) == 0) {
		bpf_map_update_elem(&uring_opens, &request, &yes, BPF_ANY);
		return 0;
	}
	names.base = BPF_CORE_READ(open, dfd);
	names.name = (unsigned long)BPF_CORE_READ(open, filename, name);
	names.args[0] = BPF_CORE_READ(open, how.flags);
	return send_names(&names);
}

static __always_inline int on_uring_names(struct io_kiocb *request, __u8 opcode)
{
	struct names names = { .flags = BZ_F_IO_URING, .in_kernel = true };
	struct io_unlink *unlink = (void *)request;
	struct io_rename *rename = (void *)request;
	struct io_link *link = (void *)request;

	switch (opcode) {
	case IORING_OP_UNLINKAT:
		names.kind = BZ_FILE_DELETE;
		names.base = BPF_CORE_READ(unlink, dfd);
		names.name = (unsigned long)BPF_CORE_READ(unlink, filename, name);
		names.flags |= BPF_CORE_READ(unlink, flags) & AT_REMOVEDIR ? BZ_F_DIRECTORY : 0;
		break;
	case IORING_OP_RENAMEAT:
		is_two(&names, BZ_FILE_RENAME, 0, BPF_CORE_READ(rename, old_dfd),
		       (unsigned long)BPF_CORE_READ(rename, oldpath, name),
		       BPF_CORE_READ(rename, new_dfd),
		       (unsigned long)BPF_CORE_READ(rename, newpath, name));
		break;
	case IORING_OP_LINKAT:
		is_two(&names, BZ_FILE_NAMED, BZ_NAMED_LINK, BPF_CORE_READ(link, old_dfd),
		       (unsigned long)BPF_CORE_READ(link, oldpath, name),
		       BPF_CORE_READ(link, new_dfd),
		       (unsigned long)BPF_CORE_READ(link, newpath, name));
		break;
	case IORING_OP_SYMLINKAT:
		is_two(&names, BZ_FILE_NAMED, BZ_NAMED_SYMLINK, BPF_CORE_READ(link, new_dfd),
		       (unsigned long)BPF_CORE_READ(link, oldpath, name),
		       BPF_CORE_READ(link, new_dfd),
		       (unsigned long)BPF_CORE_READ(link, newpath, name));
		break;
	default:
		return 0;
	}
	return send_names(&names);
}

static __always_inline bool is_of_note(__u8 opcode)
{
	switch (opcode) {
	case IORING_OP_ACCEPT:
	case IORING_OP_CONNECT:
	case IORING_OP_OPENAT:
	case IORING_OP_OPENAT2:
	case IORING_OP_RENAMEAT:
	case IORING_OP_UNLINKAT:
	case IORING_OP_SYMLINKAT:
	case IORING_OP_LINKAT:
	case IORING_OP_SETXATTR:
	case IORING_OP_SOCKET:
	case IORING_OP_URING_CMD:
	case IORING_OP_BIND:
	case IORING_OP_LISTEN:
		return true;
	}
	return false;
}

/* io_uring_submit_req; io_uring_submit_sqe before 6.4. */
SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(bz_uring, struct io_kiocb *request)
{
	__u8 opcode = BPF_CORE_READ(request, opcode);

	if (!is_of_note(opcode) || is_own())
		return 0;
	if (!is_said(BZ_OP_IO_URING, opcode, 60 * 1000000000ull))
		send_bare(BZ_OP_IO_URING, opcode, 0, 0, 0);
	if (opcode == IORING_OP_OPENAT || opcode == IORING_OP_OPENAT2)
		return on_uring_open((void *)request);
	return on_uring_names(request, opcode);
}

static __always_inline int on_uring_done(__u64 request, long result)
{
	if (!bpf_map_lookup_elem(&uring_opens, &request))
		return 0;
	bpf_map_delete_elem(&uring_opens, &request);
	return on_open(result, BZ_F_IO_URING, -1);
}

/* Since 6.14 the outcome lies in the entry of the completion queue; before it was an argument. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(bz_uring_done, void *ring, void *request, struct io_uring_cqe *entry)
{
	return on_uring_done((__u64)request, BPF_CORE_READ(entry, res));
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(bz_uring_done_5, void *ring, void *request, __u64 user_data, int result)
{
	return on_uring_done((__u64)request, result);
}
