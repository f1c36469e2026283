#include "store/records.h"

#include <future>
#include <utility>

namespace kennel::store {

base::Result<void> Records::commit(Changes changes) {
  // The exception travels as a value, so that the store's thread holds no part of it afterwards.
  using Outcome = std::pair<std::exception_ptr, base::Result<void>>;
  std::promise<Outcome> promise;
  std::future<Outcome> settled = promise.get_future();
  submit(std::move(changes), [&promise](std::exception_ptr broken, base::Result<void> result) {
    promise.set_value({std::move(broken), std::move(result)});
  });
  Outcome outcome = settled.get();
  if (outcome.first) std::rethrow_exception(std::move(outcome.first));
  return std::move(outcome.second);
}

}  // namespace kennel::store
