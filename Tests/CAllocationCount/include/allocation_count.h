#pragma once

// Calls of malloc by this thread so far; always 0 where the system's malloc cannot be stood in front of.
unsigned long allocation_count(void);
