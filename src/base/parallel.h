// The same work over many items on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace kennel::base {

// Calls work(index, worker) for every index in [0, count), each once, in no particular order;
// `worker` in [0, threads) tells which thread calls. Returns when all are done. The first exception
// stops the handing out of further items and is thrown again here.
void parallel_for(std::size_t count, int threads,
                  const std::function<void(std::size_t index, int worker)>& work);

}  // namespace kennel::base
