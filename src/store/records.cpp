#include "store/records.h"

#include <future>
#include <utility>

namespace kennel::store {

base::Result<void> Records::commit(Changes changes) {
  std::promise<base::Result<void>> promise;
  std::future<base::Result<void>> settled = promise.get_future();
  submit(std::move(changes), [&promise](std::exception_ptr broken, base::Result<void> result) {
    if (broken) {
      promise.set_exception(std::move(broken));
    } else {
      promise.set_value(std::move(result));
    }
  });
  return settled.get();
}

}  // namespace kennel::store
