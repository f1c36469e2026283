#include "wire/route.h"

#include <gtest/gtest.h>

#include "wire/tests/models.h"

namespace kennel::wire {
namespace {

const Router& router() {
  static const Router kRouter(models::kAll);
  return kRouter;
}

std::string describe(const Router::Identified& route) {
  if (route) return std::string(route->service->name) + ":" + route->operation_name;
  return route.error().error.code + " " + std::to_string(route.error().error.status);
}

std::string s3(std::string_view method, std::string_view target, const base::Fields& fields = {}) {
  return describe(router().identify({method, target, fields, "s3"}));
}

std::string form(std::string_view body, std::string_view signing_name = "") {
  return describe(router().identify({"POST", "/", {}, signing_name, body}));
}

TEST(Router, FindsQueryOperationsByActionAndVersion) {
  EXPECT_EQ(form("Action=CreateRole&Version=2010-05-08", "iam"), "iam:CreateRole");
  EXPECT_EQ(form("Version=2011-06-15&Action=AssumeRoleWithWebIdentity"),
            "sts:AssumeRoleWithWebIdentity");
  EXPECT_EQ(describe(router().identify(
                {"GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {}, "sts"})),
            "sts:GetCallerIdentity");
}

TEST(Router, TellsAnUnknownActionAsAwsDoes) {
  const auto route = router().identify({"POST", "/", {}, "iam", "Action=Nope&Version=2010-05-08"});
  ASSERT_FALSE(route);
  EXPECT_EQ(route.error().error.message, "Could not find operation Nope for version 2010-05-08");
  EXPECT_EQ(route.error().error.code, "InvalidAction");
  EXPECT_EQ(route.error().service->name, "iam");
  const auto no_version = router().identify({"POST", "/", {}, "sts", "Action=Nope"});
  EXPECT_EQ(no_version.error().error.message,
            "Could not find operation Nope for version NO_VERSION_SPECIFIED");
  EXPECT_EQ(no_version.error().service->name, "sts");
}

TEST(Router, TellsWhatIsUnlistedFromWhatIsUnknown) {
  const auto route = router().identify(
      {"POST", "/", {{{"X-Amz-Target", "SageMaker.CreateCluster"}}}, "sagemaker"});
  ASSERT_TRUE(route);
  EXPECT_EQ(route->operation, nullptr);
  EXPECT_EQ(route->operation_name, "CreateCluster");
}

TEST(Router, FindsJsonOperationsByTarget) {
  const auto ask = [](const std::string& target) {
    const base::Fields fields{{"x-amz-target", target}};
    return describe(router().identify({"POST", "/", fields, "sagemaker"}));
  };
  EXPECT_EQ(ask("SageMaker.CreateModel"), "sagemaker:CreateModel");
  EXPECT_EQ(ask("SageMaker.Nope"), "UnknownOperationException 400");
  EXPECT_EQ(ask("SageMaker"), "UnknownOperationException 400");
  EXPECT_EQ(ask(""), "UnknownOperationException 400");
}

TEST(Router, FindsRestOperationsByPath) {
  const auto ask = [](std::string_view method, std::string_view target) {
    return describe(router().identify({method, target, {}, "lambda"}));
  };
  EXPECT_EQ(ask("POST", "/2015-03-31/functions/f/invocations"), "lambda:Invoke");
  EXPECT_EQ(ask("GET", "/2015-03-31/functions/"), "lambda:ListFunctions");
  EXPECT_EQ(ask("GET", "/2015-03-31/functions"), "lambda:ListFunctions");
  EXPECT_EQ(ask("GET", "/2018-10-31/layers?find=LayerVersion&Arn=a"),
            "lambda:GetLayerVersionByArn");
  EXPECT_EQ(ask("GET", "/2018-10-31/layers"), "lambda:ListLayers");
  EXPECT_EQ(ask("PATCH", "/2015-03-31/functions/f"), "UnknownOperationException 405");
  EXPECT_EQ(ask("GET", "/nowhere"), "UnknownOperationException 404");
  EXPECT_EQ(describe(router().identify({"POST", "/endpoints/e/invocations", {}, "sagemaker"})),
            "sagemaker-runtime:InvokeEndpoint");
}

TEST(Router, FindsBucketsAndObjects) {
  EXPECT_EQ(s3("GET", "/"), "s3:ListBuckets");
  EXPECT_EQ(s3("PUT", "/b"), "s3:CreateBucket");
  EXPECT_EQ(s3("GET", "/b/"), "s3:ListObjects");
  EXPECT_EQ(s3("GET", "/b?list-type=2&prefix=x"), "s3:ListObjectsV2");
  EXPECT_EQ(s3("GET", "/b?list-type=1"), "s3:ListObjects");
  EXPECT_EQ(s3("GET", "/b//"), "s3:GetObject");
  EXPECT_EQ(s3("GET", "/b/k/"), "s3:GetObject");
  EXPECT_EQ(s3("HEAD", "/b/k"), "s3:HeadObject");
  EXPECT_EQ(s3("PUT", "/b/k?x-id=PutObject"), "s3:PutObject");
}

TEST(Router, TellsApartWhatOnlyParametersAndHeadersTellApart) {
  const base::Fields copies{{"x-amz-copy-source", "/b/k"}};
  EXPECT_EQ(s3("PUT", "/b/k", copies), "s3:CopyObject");
  EXPECT_EQ(s3("PUT", "/b/k?partNumber=1&uploadId=u"), "s3:UploadPart");
  EXPECT_EQ(s3("PUT", "/b/k?partNumber=1&uploadId=u", copies), "s3:UploadPartCopy");
  EXPECT_EQ(s3("GET", "/b/k?uploadId=u"), "s3:ListParts");
  EXPECT_EQ(s3("DELETE", "/b/k?uploadId=u"), "s3:AbortMultipartUpload");
  EXPECT_EQ(s3("DELETE", "/b/k"), "s3:DeleteObject");
  EXPECT_EQ(s3("POST", "/b/k?uploads"), "s3:CreateMultipartUpload");
  EXPECT_EQ(s3("POST", "/b/k?uploads="), "s3:CreateMultipartUpload");
  EXPECT_EQ(s3("POST", "/b?delete"), "s3:DeleteObjects");
  EXPECT_EQ(s3("GET", "/b?analytics&id=1"), "s3:GetBucketAnalyticsConfiguration");
  EXPECT_EQ(s3("GET", "/b?analytics"), "s3:ListBucketAnalyticsConfigurations");
  EXPECT_EQ(s3("GET", "/b/k?attributes"), "s3:GetObjectAttributes");
}

TEST(Router, TakesAnOperationThatIsMissingForNoOther) {
  const Operation* deletes = &models::find_operation(models::s3::kService, "DeleteBucket");
  Service service = models::s3::kService;
  service.operations = {deletes, 1};
  const std::array<const Service*, 1> services{&service};
  const Router small(services);
  EXPECT_EQ(describe(small.identify({"DELETE", "/b", {}, "s3"})), "s3:DeleteBucket");
  EXPECT_EQ(describe(small.identify({"DELETE", "/b?policy", {}, "s3"})), "NotImplemented 501");
  EXPECT_EQ(describe(small.identify({"DELETE", "/b?versionId=1", {}, "s3"})), "NotImplemented 501");
  EXPECT_EQ(
      describe(small.identify({"DELETE", "/b?X-Amz-Signature=1&x-id=DeleteBucket", {}, "s3"})),
      "s3:DeleteBucket");
}

TEST(Router, RefusesMethodsThatS3DoesNotHave) {
  EXPECT_EQ(s3("PATCH", "/b"), "MethodNotAllowed 405");
  EXPECT_EQ(s3("POST", "/"), "MethodNotAllowed 405");
}

TEST(Router, PutsTheBucketOfTheHostIntoThePath) {
  const auto ask = [](const std::string& host, std::string_view target) {
    const base::Fields fields{{"Host", host}};
    return router().identify({"GET", target, fields, "s3"})->target;
  };
  EXPECT_EQ(ask("my.bucket.s3.eu-west-1.amazonaws.com", "/k?a=1"), "/my.bucket/k?a=1");
  EXPECT_EQ(ask("b.localhost:9000", "/"), "/b/");
  EXPECT_EQ(ask("localhost:9000", "/b/k"), "/b/k");
  EXPECT_EQ(ask("s3.amazonaws.com", "/b/k"), "/b/k");
  EXPECT_EQ(ask("127.0.0.1", "/b/k"), "/b/k");
}

TEST(Router, RefusesParametersThatCannotBeRead) {
  EXPECT_EQ(s3("GET", "/b?prefix=%zz"), "InvalidArgument 400");
  EXPECT_EQ(form("Action=%zz", "iam"), "MalformedInput 400");
  EXPECT_EQ(form("", "iam"), "MissingAction 400");
}

TEST(Router, LeavesFormsInTheBodiesOfOtherServicesAlone) {
  EXPECT_EQ(s3("GET", "/b/k?Action=CreateRole&Version=2010-05-08"), "s3:GetObject");
}

}  // namespace
}  // namespace kennel::wire
