/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Files that are opened: for writing, made, or read where a read gives a secret away. Others return at once. */

#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
#define FMODE_CREATED 0x100000
#define O_TRUNC 01000
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFCHR 0020000

/* Filesystems whose files are doors into the kernel, not things that are kept. */
#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_MAGIC 0x27e0eb
#define CGROUP2_MAGIC 0x63677270
#define DEBUGFS_MAGIC 0x64626720
#define TRACEFS_MAGIC 0x74726163

/* Names worth telling of, and the directories they must lie in; none means anywhere. */
#define NAME_KEY 32
#define PLACE_KEY 16
#define PLACES 4
#define NAME_SECRET 1      /* reading it gives a secret away */
#define NAME_PROCESS_MEM 2 /* the memory of a process, in /proc */
#define NAME_SOCKET 3      /* connecting to it is worth telling */

struct name_rule {
	__u32 kind;
	__u32 places; /* how many of them there are */
	char place[PLACES][PLACE_KEY];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, char[NAME_KEY]);
	__type(value, struct name_rule);
} noted_names SEC(".maps");

/*
 * The first letters of noted names, by length: one bit for each letter, set by the loader. They tell
 * nearly every other name apart without a look into the map.
 */
const volatile __u64 noted_letters[NAME_KEY] = {};

static __always_inline bool lies_in(struct dentry *dentry, struct name_rule *rule)
{
	char place[PLACE_KEY] = {};
	int index;

	if (rule->places == 0)
		return true;
	bpf_probe_read_kernel_str(place, sizeof(place), BPF_CORE_READ(dentry, d_parent, d_name.name));
	for (index = 0; index < PLACES; index++)
		if (*(__u64 *)place == *(__u64 *)rule->place[index] &&
		    *(__u64 *)(place + 8) == *(__u64 *)(rule->place[index] + 8) && place[0])
			return true;
	return false;
}

/* The beginning of a dentry, from its parent on: its name, and of most also the name's first letters. */
#define DENTRY_BYTES 64

/* What the name of a file is noted for; 0 for nothing. */
static __always_inline __u32 noted(struct dentry *dentry)
{
	__u32 from = bpf_core_field_offset(struct dentry, d_parent), length;
	__u8 bytes[DENTRY_BYTES] = {};
	char name[NAME_KEY] = {};
	struct qstr_bytes text;
	struct name_rule *rule;
	__u64 inside;

	bpf_probe_read_kernel(bytes, sizeof(bytes), (void *)dentry + from);
	if (is_side_by_side())
		__builtin_memcpy(&text, bytes + sizeof(void *), sizeof(text));
	else
		read_name(&text, dentry);
	length = text.length;
	if (length == 0 || length >= NAME_KEY)
		return 0;
	/* A short name lies in the dentry itself. */
	inside = (__u64)text.name - (__u64)dentry - from;
	if (inside < DENTRY_BYTES)
		name[0] = bytes[masked(inside, DENTRY_BYTES - 1)];
	else
		bpf_probe_read_kernel(name, 1, text.name);
	if (!(noted_letters[length] >> (name[0] & 63) & 1))
		return 0;
	bpf_probe_read_kernel(name, masked(length, NAME_KEY - 1), text.name);
	rule = bpf_map_lookup_elem(&noted_names, name);
	if (!rule || !lies_in(dentry, rule))
		return 0;
	return rule->kind;
}

static __always_inline bool is_door(__u64 magic)
{
	switch (magic) {
	case PROC_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_MAGIC:
	case CGROUP2_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
		return true;
	}
	return false;
}

/* Writes to cgroups are the daily work of service managers; this one runs a program as root. */
static __always_inline bool is_release_agent(struct file *file)
{
	char name[16] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return *(__u64 *)name == *(__u64 *)"release_" && *(__u32 *)(name + 8) == *(__u32 *)"agen";
}

static __always_inline int on_door(struct file *file, struct inode *inode, __u64 magic, __u32 mode)
{
	if ((magic == CGROUP_MAGIC || magic == CGROUP2_MAGIC) && !is_release_agent(file))
		return 0;
	if (is_said(BZ_OP_KERNEL_WRITE, BPF_CORE_READ(inode, i_ino), SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_file_operation(BZ_OP_KERNEL_WRITE, file, magic, mode, 0, 0);
}

static __always_inline long number_of(struct dentry *dentry)
{
	char digits[16] = {};
	long number = 0;
	int index;

	bpf_probe_read_kernel_str(digits, sizeof(digits), BPF_CORE_READ(dentry, d_name.name));
	for (index = 0; index < 10; index++) {
		if (digits[index] < '0' || digits[index] > '9')
			break;
		number = number * 10 + (digits[index] - '0');
	}
	return number;
}

/* The memory of another process as a file; its own is the business of a debugger inside it. */
static __always_inline int on_process_memory(struct file *file, struct inode *inode, __u32 mode)
{
	struct proc_fs_info *info = BPF_CORE_READ(inode, i_sb, s_fs_info);
	long pid = number_of(BPF_CORE_READ(file, f_path.dentry, d_parent));
	__u32 level = BPF_CORE_READ(info, pid_ns, level);

	if (BPF_CORE_READ(inode, i_sb, s_magic) != PROC_MAGIC || is_own())
		return 0;
	if (is_said(BZ_OP_PROC_MEM, (__u64)pid << 8 | (mode & FMODE_WRITE), SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_file_operation(BZ_OP_PROC_MEM, file, mode, pid, level, 0);
}

static __always_inline int on_read(struct file *file, struct dentry *dentry, struct inode *inode,
				   __u32 mode)
{
	__u32 kind = noted(dentry);
	__u64 object;

	if (kind == NAME_PROCESS_MEM)
		return on_process_memory(file, inode, mode);
	if (kind != NAME_SECRET || is_own())
		return 0;
	object = BPF_CORE_READ(inode, i_ino) ^ (__u64)BPF_CORE_READ(inode, i_sb, s_dev) << 32;
	if (is_said(BZ_OP_SENSITIVE_READ, object, SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_file_operation(BZ_OP_SENSITIVE_READ, file, BPF_CORE_READ(inode, i_ino),
				   BPF_CORE_READ(inode, i_sb, s_dev), BPF_CORE_READ(inode, i_size), 0);
}

#define MAJOR(device) ((device) >> 20)
#define MINOR(device) ((device) & 0xfffff)
#define MEMORY_MAJOR 1
#define INPUT_MAJOR 13

/* Disks beneath their filesystem, the memory of the machine, what is typed. */
static __always_inline int on_device(struct file *file, struct inode *inode, __u32 type, __u32 mode)
{
	__u32 device = BPF_CORE_READ(inode, i_rdev);
	__u32 minor = MINOR(device);

	if (type == S_IFCHR && MAJOR(device) != INPUT_MAJOR &&
	    !(MAJOR(device) == MEMORY_MAJOR && (minor == 1 || minor == 2 || minor == 4)))
		return 0;
	if (is_own() || !(mode & (FMODE_READ | FMODE_WRITE)))
		return 0;
	if (is_said(BZ_OP_DEVICE_OPEN, (__u64)device << 8 | mode, SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_file_operation(BZ_OP_DEVICE_OPEN, file, device, mode, type, 0);
}

/*
 * A file that a process opens for writing over and over is told once in a while, with how often it was
 * opened in between: what is gathered from the records joins such repeats anyway.
 */
struct written {
	__u64 told_ns;
	__u64 repeats;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct said_key);
	__type(value, struct written);
} rewritten SEC(".maps");

#define WRITTEN_WINDOW_NS 1000000000ull
#define REPEATS_MAX 0xffff

/* Whether this was told just now. Otherwise says how often it was not told since it last was. */
static __always_inline bool is_rewritten(__u32 asked, __u64 object, __u16 *repeats)
{
	struct said_key key = said_key(asked & O_TRUNC, object);
	struct written *known = bpf_map_lookup_elem(&rewritten, &key);
	struct written now = { .told_ns = bpf_ktime_get_boot_ns() };

	if (!known) {
		bpf_map_update_elem(&rewritten, &key, &now, BPF_ANY);
		return false;
	}
	if (now.told_ns - known->told_ns < WRITTEN_WINDOW_NS && known->repeats < REPEATS_MAX) {
		__sync_fetch_and_add(&known->repeats, 1);
		return true;
	}
	*repeats = known->repeats < REPEATS_MAX ? known->repeats : REPEATS_MAX;
	known->repeats = 0;
	known->told_ns = now.told_ns;
	return false;
}

/* The flags that the call was given, which the opened file does not keep all of. */
static __always_inline __u32 asked_of(long call)
{
	__u32 asked = 0;

	switch (call) {
#ifdef __NR_open
	case __NR_open:
		return argument(1);
	case __NR_creat:
		return O_TRUNC;
#endif
	case __NR_openat:
		return argument(2);
	case __NR_openat2:
		bpf_probe_read_user(&asked, sizeof(asked), (void *)argument(2));
	}
	return asked;
}

static __always_inline int on_written(struct file *file, struct inode *inode, __u32 mode,
				      __u32 origin, __u32 asked)
{
	__u32 slot = SCRATCH_FILE, flags = origin, length, device = BPF_CORE_READ(inode, i_sb, s_dev);
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);
	__u64 number = BPF_CORE_READ(inode, i_ino);
	__u16 repeats = 0;

	if (!scratch)
		return 0;
	if (mode & FMODE_CREATED) {
		flags |= BZ_F_CREATED;
	} else if (is_rewritten(asked, number ^ (__u64)device << 32, &repeats)) {
		count_merged(BZ_FILE_OPEN);
		return 0;
	}
	fill_actor(&scratch->header, bpf_get_current_task_btf());
	length = append_path(scratch, sizeof(struct bz_file_open),
			     BPF_CORE_READ(file, f_path.dentry), BPF_CORE_READ(file, f_path.mnt),
			     &flags);
	scratch->header.flags |= flags;
	scratch->file_open.inode = number;
	scratch->file_open.file_size = BPF_CORE_READ(inode, i_size);
	scratch->file_open.device = device;
	scratch->file_open.mode = BPF_CORE_READ(inode, i_mode);
	/* The kernel forgets that the file was emptied; the call said so. */
	scratch->file_open.open_flags = BPF_CORE_READ(file, f_flags) | (asked & O_TRUNC);
	scratch->file_open.path_len = length;
	scratch->file_open.repeats = repeats;
	send_scratch(&bulk, RING_BULK, scratch, BZ_FILE_OPEN,
		     sizeof(struct bz_file_open) + length);
	return 0;
}

/* What decides about an opened file, read at once: helpers are what an open costs. */
struct opened {
	struct inode *inode;
	struct dentry *dentry;
	__u32 mode;
};

#define FILE_BYTES 128
#define FITS(field) (bpf_core_field_offset(struct file, field) + 8 <= FILE_BYTES)

static __always_inline void read_opened(struct opened *opened, struct file *file)
{
	__u32 dentry = bpf_core_field_offset(struct file, f_path) +
		       bpf_core_field_offset(struct path, dentry);
	__u8 bytes[FILE_BYTES];

	if (FITS(f_mode) && FITS(f_inode) && dentry + 8 <= FILE_BYTES &&
	    !bpf_probe_read_kernel(bytes, sizeof(bytes), file)) {
		opened->mode = *(__u32 *)(bytes + bpf_core_field_offset(struct file, f_mode));
		opened->inode = *(void **)(bytes + bpf_core_field_offset(struct file, f_inode));
		opened->dentry = *(void **)(bytes + dentry);
		return;
	}
	opened->mode = BPF_CORE_READ(file, f_mode);
	opened->inode = BPF_CORE_READ(file, f_inode);
	opened->dentry = BPF_CORE_READ(file, f_path.dentry);
}

/*
 * Judges the opened file itself: what the process asked for may have been swapped meanwhile. Nearly all
 * files are opened to be read and are of no interest: they leave after a handful of loads.
 */
static __always_inline int on_open(long fd, __u32 origin, long call)
{
	struct opened opened;
	struct inode *inode;
	struct file *file;
	__u32 mode, type;
	__u64 magic;

	if (fd < 0)
		return 0;
	file = file_of(fd);
	if (!file)
		return 0;
	read_opened(&opened, file);
	mode = opened.mode;
	inode = opened.inode;
	type = BPF_CORE_READ(inode, i_mode) & S_IFMT;
	if (type == S_IFBLK || type == S_IFCHR)
		return on_device(file, inode, type, mode);
	if (type != S_IFREG)
		return 0;
	if (!(mode & (FMODE_WRITE | FMODE_CREATED)))
		return on_read(file, opened.dentry, inode, mode);
	if (is_own())
		return 0;
	magic = BPF_CORE_READ(inode, i_sb, s_magic);
	if (!is_door(magic))
		return on_written(file, inode, mode, origin, asked_of(call));
	if (magic == PROC_MAGIC && noted(opened.dentry) == NAME_PROCESS_MEM)
		return on_process_memory(file, inode, mode);
	return on_door(file, inode, magic, mode);
}

/* For sys_exit_open, openat, openat2, creat and open_by_handle_at. */
SEC("tracepoint")
int bz_open(struct syscall_exit *context)
{
	return on_open(context->ret, 0, context->id);
}
