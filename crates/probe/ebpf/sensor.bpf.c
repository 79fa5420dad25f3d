// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* All programs of the sensor in one object: they share the rings, the counters and the helpers. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>

#include "records.h"
#include "kernel_types.h"
#include "common.h"
#include "operation.h"
#include "file.h"
#include "names.h"
#include "process.h"
#include "calls.h"
#include "memory.h"
#include "system.h"
#include "network.h"
#include "socket.h"
#include "uring.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
