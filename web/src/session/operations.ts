// What the session asks of the service.
import { graphql } from "../gql";

export const sessionUser = graphql(`
  fragment SessionUser on User {
    id
    email
    createdAt
  }
`);

export const signInMutation = graphql(`
  mutation SignIn($email: String!, $password: String!) {
    login(input: { email: $email, password: $password, delivery: COOKIE }) {
      accessToken
      expiresIn
      user {
        ...SessionUser
      }
    }
  }
`);

export const signUpMutation = graphql(`
  mutation SignUp($email: String!, $password: String!) {
    register(input: { email: $email, password: $password, delivery: COOKIE }) {
      accessToken
      expiresIn
      user {
        ...SessionUser
      }
    }
  }
`);

export const renewMutation = graphql(`
  mutation Renew {
    refreshToken(input: {}) {
      accessToken
      expiresIn
      user {
        ...SessionUser
      }
    }
  }
`);

export const signOutMutation = graphql(`
  mutation SignOut {
    logout {
      success
    }
  }
`);
